/*
 * Source annotations of the driver headers.
 *
 * The annotations state contracts (direction of an argument, IRQL at entry, locks taken)
 * to people and to Microsoft's analyser. No compiler we use understands them, so every
 * one is empty here; driver source that carries them compiles unchanged.
 */
#pragma once

/* Direction and size of an argument. */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(Count)
#define _In_reads_opt_(Count)
#define _In_reads_bytes_(Bytes)
#define _In_reads_bytes_opt_(Bytes)
#define _In_range_(Low, High)
#define _In_NLS_string_(Count)
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(Count)
#define _Inout_updates_bytes_(Bytes)
#define _Out_
#define _Out_opt_
#define _Out_writes_(Count)
#define _Out_writes_opt_(Count)
#define _Out_writes_z_(Count)
#define _Out_writes_bytes_(Bytes)
#define _Out_writes_bytes_opt_(Bytes)
#define _Out_writes_bytes_to_(Bytes, Written)
#define _Out_writes_bytes_to_opt_(Bytes, Written)
#define _Out_writes_bytes_all_(Bytes)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_result_bytebuffer_(Bytes)
#define _Reserved_
#define _Const_
#define _Frees_ptr_
#define _Frees_ptr_opt_

/* Results and conditions. */
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_writes_bytes_(Bytes)
#define _Check_return_
#define _Must_inspect_result_
#define _Success_(Expression)
#define _Return_type_success_(Expression)
#define _When_(Condition, Annotations)
#define _At_(Target, Annotations)
#define _On_failure_(Annotations)
#define _Pre_notnull_
#define _Pre_maybenull_
#define _Pre_satisfies_(Condition)
#define _Post_satisfies_(Condition)
#define _Post_invalid_
#define _Printf_format_string_
#define _Null_terminated_
#define _Field_size_(Count)
#define _Field_size_bytes_(Bytes)
#define _Field_size_opt_(Count)
#define _Struct_size_bytes_(Bytes)
#define _Field_range_(Low, High)
#define _Points_to_data_
#define _Use_decl_annotations_
#define _Function_class_(Name)
#define _Analysis_assume_(Expression)
#define __analysis_assume(Expression)

/* IRQL. */
#define _IRQL_requires_(Irql)
#define _IRQL_requires_max_(Irql)
#define _IRQL_requires_min_(Irql)
#define _IRQL_requires_same_
#define _IRQL_raises_(Irql)
#define _IRQL_saves_
#define _IRQL_restores_
#define _IRQL_saves_global_(Kind, Param)
#define _IRQL_restores_global_(Kind, Param)
#define _IRQL_uses_cancel_
#define _IRQL_always_function_max_(Irql)
#define _IRQL_always_function_min_(Irql)
#define _IRQL_is_cancel_

/* Locks and resources. */
#define _Acquires_lock_(Lock)
#define _Acquires_nonreentrant_lock_(Lock)
#define _Acquires_exclusive_lock_(Lock)
#define _Acquires_shared_lock_(Lock)
#define _Releases_lock_(Lock)
#define _Releases_nonreentrant_lock_(Lock)
#define _Releases_exclusive_lock_(Lock)
#define _Releases_shared_lock_(Lock)
#define _Requires_lock_held_(Lock)
#define _Requires_lock_not_held_(Lock)
#define _Requires_no_locks_held_
#define _Has_lock_kind_(Kind)
#define _Guarded_by_(Lock)
#define _Interlocked_
#define _Interlocked_operand_
#define _Kernel_clear_do_init_(Yes)
#define _Kernel_requires_resource_held_(Resource)
#define _Kernel_requires_resource_not_held_(Resource)
#define _Kernel_acquires_resource_(Resource)
#define _Kernel_releases_resource_(Resource)
#define _Dispatch_type_(Major)

/* Driver annotations of the older kind. */
#define __drv_aliasesMem
#define __drv_allocatesMem(Kind)
#define __drv_freesMem(Kind)
#define __drv_at(Target, Annotations)
#define __drv_when(Condition, Annotations)
#define __drv_requiresIRQL(Irql)
#define __drv_maxIRQL(Irql)
#define __drv_minIRQL(Irql)
#define __drv_raisesIRQL(Irql)
#define __drv_savesIRQL
#define __drv_restoresIRQL
#define __drv_sameIRQL
#define __drv_useCancelIRQL
#define __drv_functionClass(Name)
#define __drv_dispatchType(Major)
#define __drv_acquiresExclusiveResource(Kind)
#define __drv_releasesExclusiveResource(Kind)
#define __drv_mustHoldCancelSpinLock
#define __drv_strictTypeMatch(Mode)
#define __drv_strictType(Type, Mode)
#define __drv_interlocked
#define __drv_in(Annotations)
#define __drv_out(Annotations)
#define __drv_inTry
#define __drv_notInTry
#define __drv_preferredFunction(Name, Why)
#define __drv_reportError(Why)
#define __drv_clearDoInit
